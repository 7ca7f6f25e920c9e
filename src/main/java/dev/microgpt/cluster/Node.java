package dev.microgpt.cluster;

import java.util.UUID;

/// A process of the cluster.
///
/// @param id a new one each time that the process starts
/// @param host the address at which the other nodes reach it
/// @param forwardPort the port at which it accepts calls from them
public record Node(UUID id, String host, int forwardPort) {}
