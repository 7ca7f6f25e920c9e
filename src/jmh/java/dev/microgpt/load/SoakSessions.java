package dev.microgpt.load;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// The sessions that are alive, as far as the load knows. For each that is made beyond their number, one
/// has to go.
final class SoakSessions {

    /// The higher it is, the more do calls gather on a few sessions, and the longer are others left alone.
    private static final int SKEW = 6;

    private final int wanted;
    private final List<String> names = new ArrayList<>();
    private long made;

    SoakSessions(int wanted) {
        this.wanted = wanted;
    }

    synchronized String newName() {
        return "soak-%d".formatted(++made);
    }

    synchronized void add(String name) {
        names.add(name);
    }

    /// One to be used.
    synchronized String any(RandomGenerator random) {
        return names.isEmpty()
                ? "nobody"
                : names.get((int) (names.size() * Math.pow(random.nextDouble(), SKEW)));
    }

    /// One to be deleted, which is not known any more; null if there are not too many.
    synchronized @Nullable String takeSurplus(RandomGenerator random) {
        return names.size() <= wanted ? null : names.remove(random.nextInt(names.size()));
    }

    /// All that are left, which are not known any more.
    synchronized List<String> takeAll() {
        List<String> all = List.copyOf(names);
        names.clear();
        return all;
    }
}
