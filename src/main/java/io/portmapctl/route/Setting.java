package io.portmapctl.route;

/**
 * A setting of the kernel's and its value.
 *
 * @param key its place below {@code /proc/sys}, with slashes: {@code net/ipv4/ip_forward}
 * @param value what it is set to
 */
public record Setting(String key, String value) {}
