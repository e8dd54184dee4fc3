package io.portmapctl.ruleset;

/**
 * A chain that the kernel calls.
 *
 * @param hook where
 * @param priority the lowest of a hook is first
 * @param chain the chain
 */
public record BaseChain(Hook hook, int priority, Chain chain) {}
