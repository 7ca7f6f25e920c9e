package dev.microgpt.verification.soak;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// The names of the sessions that the clients use. Thread-safe.
///
/// For each session beyond the wanted number, one has to be deleted.
final class SessionPool {

    /// The higher the value, the more calls concentrate on a few sessions, and the longer others are idle.
    private static final int SKEW = 6;

    private final int wanted;
    private final List<String> names = new ArrayList<>();
    private long created;

    SessionPool(int wanted) {
        this.wanted = wanted;
    }

    synchronized String newName() {
        return "soak-%d".formatted(++created);
    }

    synchronized void add(String name) {
        names.add(name);
    }

    /// Returns a session to use, or a name that does not exist if there is none.
    synchronized String any(RandomGenerator random) {
        return names.isEmpty()
                ? "nobody"
                : names.get((int) (names.size() * Math.pow(random.nextDouble(), SKEW)));
    }

    /// Removes and returns a session to delete; null if there are not too many.
    synchronized @Nullable String takeSurplus(RandomGenerator random) {
        return names.size() <= wanted ? null : names.remove(random.nextInt(names.size()));
    }

    /// Removes and returns all sessions.
    synchronized List<String> takeAll() {
        List<String> all = List.copyOf(names);
        names.clear();
        return all;
    }
}
