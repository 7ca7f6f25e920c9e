package dev.microgpt.share;

/// A share that was just created.
///
/// @param token its secret, which is not shown again
public record NewShare(Share share, ShareToken token) {}
