package dev.microgpt.session.actor;

import static dev.microgpt.session.actor.TestSessions.codeOf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.engine.MicroGpt;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.Caller;
import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.VersionCondition;
import dev.microgpt.session.history.SessionEvent;
import dev.microgpt.session.persistence.SessionState;

import org.junit.jupiter.api.Test;

import java.util.Set;

/// A stored session that cannot be read can only be deleted or replaced.
final class DamagedSessionTest {

    private static final int STEPS = 7;

    private final FakeStore store = new FakeStore();
    private final TestSessions reader;
    private final SessionActor actor;

    DamagedSessionTest() {
        TestSessions writer = new TestSessions(store, 1000);
        var _ = writer.step(writer.begun(), STEPS);
        reader = new TestSessions(store, 1000);
        actor = reader.stored();
        store.damage();
    }

    private static Command.Replace replace() {
        MicroGpt model = TestSessions.model(TestSessions.options().seed(7).build());
        return new Command.Replace(model, SessionEvent.Kind.LOADED, null);
    }

    private void assertUnchanged(PublishedState before) {
        PublishedState after = actor.publisher().state();
        assertThat(after.view()).isEqualTo(before.view());
        assertThat(after.version()).isEqualTo(before.version());
        var query = reader.send(actor, new Command.Ask<>((models, _) -> models.model().step()));
        reader.scheduler.run();
        assertThat(codeOf(query)).isEqualTo(ErrorCode.INTERNAL);
    }

    @Test
    void queriesFailWithInternalError() {
        assertUnchanged(actor.publisher().state());
    }

    @Test
    void replacingCreatesUsableSession() {
        PublishedState replaced = reader.done(actor, replace());

        assertThat(replaced.view().state()).isEqualTo(SessionState.READY);
        assertThat(replaced.view().step()).isZero();
        assertThat(reader.step(actor, 2).last().step()).isEqualTo(2);
    }

    @Test
    void deletingDoesNotReadTheSession() {
        assertThat(reader.done(actor, new Command.Delete())).isTrue();
        assertThat(store.isEmpty()).isTrue();
        assertThat(actor.publisher().state().end()).isEqualTo(PublishedState.End.DELETED);
    }

    @Test
    void failedReplaceChangesNothing() {
        PublishedState before = actor.publisher().state();
        store.fail(true);
        var replaced = reader.send(actor, replace());
        reader.scheduler.run();

        assertThat(codeOf(replaced)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertUnchanged(before);
    }

    @Test
    void failedReplaceReleasesItsParameters() {
        long before = numParams();
        store.fail(true);
        MicroGpt larger = TestSessions.model(TestSessions.options().nEmbd(8).build());
        var replaced =
                reader.send(actor, new Command.Replace(larger, SessionEvent.Kind.LOADED, null));
        reader.scheduler.run();

        assertThat(codeOf(replaced)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(numParams()).isEqualTo(before);
    }

    private long numParams() {
        return reader.parameters.set(TestSessions.ID, 1);
    }

    @Test
    void replacingAcceptsPublishedVersion() {
        CallContext call =
                new CallContext(
                        Caller.LOCAL,
                        new VersionCondition(Set.of(actor.publisher().state().version())),
                        null,
                        reader.memory.share());
        var replaced = actor.send(replace(), call);
        reader.scheduler.run();

        assertThat(replaced).isCompleted();
    }

    @Test
    void loadingTrainedSessionWithoutOverwriteIsRejected() {
        var loaded = reader.send(actor, new Command.Load(TestSessions.DOCUMENTS, false));
        reader.scheduler.run();

        assertThat(codeOf(loaded)).isEqualTo(ErrorCode.ALREADY_TRAINED);
    }

    @Test
    void rejectedReplaceChangesNothing() {
        PublishedState before = actor.publisher().state();
        store.full(true);
        var replaced = reader.send(actor, replace());
        reader.scheduler.run();
        store.full(false);

        assertThat(codeOf(replaced)).isEqualTo(ErrorCode.STORAGE_FULL);
        assertUnchanged(before);
    }

    @Test
    void rejectedReplaceIsNeverStored() {
        var replaced = actor.send(replace(), reader.stale());
        reader.scheduler.run();
        assertThat(codeOf(replaced)).isEqualTo(ErrorCode.STALE);
        int before = store.written().size();
        var _ = reader.done(actor, new Command.Evict(Long.MAX_VALUE / 2));
        actor.writeFinally(true);

        assertThat(store.written()).hasSize(before);
    }
}
