package io.portmapctl.app;

import java.util.Optional;

/**
 * A change of what is kept, so that mappings can be put back.
 *
 * @param file where the document stands
 * @param content what is kept there, as octets; empty where nothing is any more
 */
public record KeptDocument(String file, Optional<String> content) {}
