package io.portmapctl.cni;

import io.portmapctl.fault.DocumentFault;
import java.util.Optional;

/**
 * What a document says of whose it is.
 *
 * @param network where the network name stands, of whatever type
 * @param containerId where the container ID stands, of whatever type
 * @param notOurs why it is of another kind than ours, where it is
 * @param netns the network namespace that a cache record names
 */
record Owner(
    Optional<Cursor> network,
    Optional<Cursor> containerId,
    Optional<DocumentFault> notOurs,
    Optional<String> netns) {}
