package dev.microgpt.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Runs a simulation once for each sequence of choices, depth first.
final class Schedules {

    private Schedules() {}

    /// The choices of one run. They repeat the beginning of the previous run, and then differ from it.
    static final class Choices {

        private final List<Integer> chosen;
        private final List<Integer> sizes = new ArrayList<>();
        private int preemptions;
        private int faults;

        private Choices(List<Integer> beginning, int preemptions, int faults) {
            chosen = beginning;
            this.preemptions = preemptions;
            this.faults = faults;
        }

        private int choose(int size) {
            int index = sizes.size();
            sizes.add(size);
            if (index == chosen.size()) {
                chosen.add(0);
            }
            return chosen.get(index);
        }

        /// Chooses one of several threads to go on, or 0 for the present one.
        int preemption(int numThreads) {
            int choice = preemptions == 0 ? 0 : choose(numThreads);
            preemptions -= Math.min(choice, 1);
            return choice;
        }

        /// Chooses a fault, 1 or greater, or 0 for none.
        int fault(int numFaults) {
            int choice = faults == 0 ? 0 : choose(numFaults + 1);
            faults -= Math.min(choice, 1);
            return choice;
        }

        /// Ends the preemptions and faults.
        void calm() {
            preemptions = 0;
            faults = 0;
        }

        /// Returns the beginning of the next run; null if there is none.
        private List<Integer> next() {
            List<Integer> next = new ArrayList<>(chosen.subList(0, sizes.size()));
            for (int last = next.size() - 1; last >= 0; last--) {
                if (next.get(last) + 1 < sizes.get(last)) {
                    next.set(last, next.get(last) + 1);
                    return next;
                }
                next.removeLast();
            }
            return List.of();
        }

        @Override
        public String toString() {
            return chosen.toString();
        }
    }

    /// Runs all schedules with at most so many preemptions and faults.
    ///
    /// @return how many there were
    static long exploreAll(int preemptions, int faults, Consumer<Choices> run) {
        List<Integer> beginning = new ArrayList<>();
        for (long count = 1; ; count++) {
            Choices choices = new Choices(beginning, preemptions, faults);
            try {
                run.accept(choices);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("schedule %d: %s".formatted(count, choices), e);
            }
            beginning = choices.next();
            if (beginning.isEmpty()) {
                return count;
            }
        }
    }
}
