/**
 * What is seen when one looks: sockets, network namespaces of containers, connections that are
 * tried. It only looks, and sends what it is asked to.
 */
@NullMarked
package io.portmapctl.host.probe;

import org.jspecify.annotations.NullMarked;
