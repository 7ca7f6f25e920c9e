package dev.microgpt.web;

import dev.microgpt.session.AnswerStore;
import dev.microgpt.session.Once;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// The newest answers, in memory: where sessions end with the process, so may these.
final class RecentAnswers implements AnswerStore {

    private static final int MOST = 100;

    private final Map<String, Entry> answers =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Entry> eldest) {
                    return size() > MOST;
                }
            };

    @Override
    public synchronized @Nullable Entry find(String key) {
        return answers.get(key);
    }

    @Override
    public void started(String key, String call, Once.Start start) {
        // Whatever cuts a call off ends the sessions as well.
    }

    @Override
    public synchronized void keep(Entry answer) {
        answers.put(answer.key(), answer);
    }

    @Override
    public CompletableFuture<Void> keepAlone(Entry answer) {
        keep(answer);
        return CompletableFuture.completedFuture(null);
    }
}
