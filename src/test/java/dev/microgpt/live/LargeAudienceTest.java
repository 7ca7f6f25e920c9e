package dev.microgpt.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.Api;
import dev.microgpt.support.Live;
import dev.microgpt.support.LocalService;
import dev.microgpt.support.SharesNothing;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// With more watchers than the frame rate of the service allows for, each gets fewer frames, but every loss.
@SharesNothing
final class LargeAudienceTest {

    private static final String NAME = "popular";
    private static final int WATCHERS = 20;
    private static final int STEPS = 500;
    private static final int STEPS_PER_SECOND = 100;
    private static final int FRAMES_PER_SECOND = 40;

    @Test
    void everyWatcherReceivesFewerFramesAndEveryLoss(@TempDir Path data) {
        List<Live> watchers = new ArrayList<>();
        try (LocalService service =
                LocalService.start(
                        data, "--microgpt.live.frames-per-second=" + FRAMES_PER_SECOND)) {
            Api api = service.api();
            api.initSixNames(NAME);
            for (int i = 0; i < WATCHERS; i++) {
                Live watcher = Live.connect(api.port());
                watchers.add(watcher);
                watcher.send("subscribe", "session", NAME);
                watcher.next("subscribed");
            }
            api.post(
                            "/sessions/" + NAME + "/runs",
                            Map.of("steps", STEPS, "stepsPerSecond", STEPS_PER_SECOND))
                    .ok();
            List<Frames> all =
                    watchers.stream()
                            .map(watcher -> new Frames(1).collect(watcher, STEPS))
                            .toList();

            double[] losses = api.losses(NAME);
            int wanted = 20 * STEPS / STEPS_PER_SECOND;
            for (Frames frames : all) {
                frames.assertLosses(losses);
                assertThat(frames.all()).hasSizeLessThan(wanted / 2);
            }
        } finally {
            watchers.forEach(Live::close);
        }
    }
}
