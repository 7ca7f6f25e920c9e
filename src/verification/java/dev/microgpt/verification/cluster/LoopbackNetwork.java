package dev.microgpt.verification.cluster;

import java.util.List;

/// All processes use the loopback interface, which cannot be cut.
final class LoopbackNetwork implements Network {

    private static final String ADDRESS = "127.0.0.1";

    @Override
    public List<String> wrapper(int node) {
        return List.of();
    }

    @Override
    public String address(int node) {
        return ADDRESS;
    }

    @Override
    public String privateAddress(int node) {
        return ADDRESS;
    }

    @Override
    public String databaseAddress() {
        return ADDRESS;
    }

    @Override
    public void cutFromNodes(int node) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void cutFromDatabase(int node) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void cutPair(int one, int other) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void heal() {
        // nothing is ever cut
    }

    @Override
    public void close() {
        // nothing was made
    }
}
