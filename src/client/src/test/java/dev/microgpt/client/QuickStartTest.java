package dev.microgpt.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microgpt.client.api.CheckpointsApi;
import dev.microgpt.client.api.ModelApi;
import dev.microgpt.client.api.RunsApi;
import dev.microgpt.client.api.ServiceApi;
import dev.microgpt.client.api.SessionsApi;
import dev.microgpt.client.api.TrainingApi;
import dev.microgpt.client.model.GenerateRequest;
import dev.microgpt.client.model.InitRequest;
import dev.microgpt.client.model.RunRequest;
import dev.microgpt.client.model.RunView;
import dev.microgpt.client.model.Sample;
import dev.microgpt.client.model.SessionView;
import dev.microgpt.client.model.StepReply;
import dev.microgpt.client.model.StepRequest;
import dev.microgpt.verification.coldstart.PackagedService;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Follows the quick start with the generated client and the packaged service.
@Timeout(120)
final class QuickStartTest {

    private static final String NAMES = "alice\nbob\ncharlie\ndavid\nemma\nfrank";

    private static PackagedService service;

    private final SessionsApi sessions = new SessionsApi(client());
    private final TrainingApi training = new TrainingApi(client());
    private final ModelApi model = new ModelApi(client());
    private final RunsApi runs = new RunsApi(client());

    @BeforeAll
    static void startService(@TempDir Path directory) throws Exception {
        Path target = Path.of(System.getProperty("service.target"));
        service = PackagedService.start(PackagedService.jarIn(target), directory, List.of());
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static ApiClient client() {
        ApiClient client = new ApiClient();
        client.updateBaseUri("http://127.0.0.1:" + service.port());
        return client;
    }

    @Test
    void trainsAndGenerates() throws Exception {
        SessionView created =
                sessions.initSession(
                        "quick",
                        null,
                        new InitRequest().text(NAMES).engine(InitRequest.EngineEnum.SCALAR));
        assertThat(created.getState()).isEqualTo(SessionView.StateEnum.READY);
        assertThat(created.getNumDocs()).isEqualTo(6);

        StepReply trained = training.step("quick", new StepRequest().count(20));
        assertThat(trained.getStep()).isEqualTo(20);
        assertThat(trained.getLosses()).hasSize(20).last().isEqualTo(trained.getLoss());

        assertThat(model.generate("quick", new GenerateRequest().count(3)).getSamples())
                .hasSize(3)
                .extracting(Sample::getText)
                .doesNotContainNull();
        assertThat(model.getLosses("quick", null, null, null).getLosses())
                .isEqualTo(trained.getLosses());
        assertThat(model.getLosses("quick", 1L, 20L, 4).getBuckets()).isNotEmpty();
        assertThat(model.getConfig("quick").getNumDocs()).isEqualTo(6);
        assertThat(model.getEmbeddings("quick", null)).hasSize(created.getVocabSize());
        assertThat(Files.size(new CheckpointsApi(client()).getCheckpoint("quick").toPath()))
                .isPositive();

        trainInBackground();

        sessions.deleteSession("quick");
        assertThatThrownBy(() -> sessions.getSession("quick"))
                .isInstanceOfSatisfying(
                        ApiException.class, error -> assertThat(error.getCode()).isEqualTo(404));
    }

    private void trainInBackground() throws Exception {
        RunView run = runs.startRun("quick", new RunRequest().steps(100L));
        while (run.getEndedAt() == null) {
            Thread.sleep(20);
            run = runs.getRun("quick", run.getId());
        }
        assertThat(run.getState()).isEqualTo(RunView.StateEnum.SUCCEEDED);
        assertThat(run.getStepsDone()).isEqualTo(100);
        assertThat(runs.listRuns("quick").getRuns()).hasSize(1);
        assertThat(sessions.getSession("quick").getStep()).isEqualTo(120);
    }

    @Test
    void loadsDocumentsAsPlainText() throws Exception {
        sessions.initSession("texts", null, new InitRequest());

        assertThat(training.load("texts", NAMES, null, null, null).getNumDocs()).isEqualTo(6);
        assertThat(sessions.listSessions(null, null).getSessions())
                .extracting(SessionView::getName)
                .contains("texts");
    }

    @Test
    void listsDatasetsAndLimits() throws Exception {
        ServiceApi serviceApi = new ServiceApi(client());

        assertThat(serviceApi.listDatasets().getDatasets()).isNotEmpty();
        assertThat(serviceApi.getLimits().getStepsPerCall()).isPositive();
    }
}
