package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microgpt.session.admission.ErrorCode;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SessionId;
import dev.microgpt.session.persistence.Holding;
import dev.microgpt.session.persistence.PartitionStore;
import dev.microgpt.session.persistence.PartitionStore.Partition;
import dev.microgpt.support.MostlyWaiting;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.sql.DataSource;

/// Two processes share a database: each partition belongs to at most one of them.
@MostlyWaiting
@Timeout(60)
final class OwnershipTest {

    private static final SessionId EMMA = new SessionId("local", "emma");
    private static final int PARTITION = PartitionStore.partitionOf(EMMA);

    private DataSource source;
    private Ownership first;
    private Ownership second;

    @BeforeEach
    void open(@TempDir Path directory) {
        TestStore.POSTGRESQL.migrate(directory, "latest");
        source = TestPostgres.source(directory);
        first = new Ownership(JdbcClient.create(source));
        second = new Ownership(JdbcClient.create(source));
    }

    private Partition partition() {
        return first.partitions().get(PARTITION);
    }

    private void write(Ownership by) {
        write(by, by.token(EMMA));
    }

    /// @param token that of the ownership under which the write was made
    private void write(Ownership by, long token) {
        new PostgresTransactions(source, by).run(Set.of(new Holding(EMMA, token)), () -> {});
    }

    private void assertCannotWrite(Ownership by) {
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> write(by))
                .matches(e -> e.code() == ErrorCode.MOVING);
    }

    @Test
    void atFirstNobodyOwnsAnything() {
        assertThat(first.partitions())
                .hasSize(PartitionStore.PARTITIONS)
                .allMatch(p -> p.owner() == null && p.target() == null);
        assertThat(first.held()).isEmpty();
        assertCannotWrite(first);
    }

    @Test
    void theOwnerAloneCanWrite() {
        assertThat(first.claim("one", List.of(partition()))).containsExactly(PARTITION);

        write(first);
        assertThat(first.held()).containsKey(PARTITION);
        assertThat(partition().owner()).isEqualTo("one");
        assertCannotWrite(second);
    }

    /// A write may wait in a process for as long as another one owns the session.
    @Test
    void aWriteOfAnEarlierOwnershipFailsAlthoughTheProcessOwnsTheSessionAgain() {
        first.claim("one", List.of(partition()));
        long early = first.token(EMMA);
        second.claim("two", List.of(partition()));
        write(second);
        first.claim("one", List.of(partition()));

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> write(first, early))
                .matches(e -> e.code() == ErrorCode.MOVING);
        write(first);
    }

    @Test
    void ofTwoThatHaveReadTheSameOnlyTheFirstClaims() {
        Partition seen = partition();

        assertThat(first.claim("one", List.of(seen))).containsExactly(PARTITION);
        assertThat(second.claim("two", List.of(seen))).isEmpty();
        assertThat(second.claim("two", List.of(partition()))).containsExactly(PARTITION);

        write(second);
        assertThat(first.held()).containsKey(PARTITION); // it does not know yet
        assertCannotWrite(first);
        assertThat(first.areAllHeld()).isFalse();
    }

    @Test
    void whoGivesAPartitionUpCannotWriteIt() {
        first.claim("one", first.partitions());
        first.release("one", List.of(partition()));

        assertThat(partition().owner()).isNull();
        assertCannotWrite(first);
        assertThat(first.held())
                .hasSize(PartitionStore.PARTITIONS - 1)
                .doesNotContainKey(PARTITION);
    }

    @Test
    void aFormerOwnerGivesNothingUp() {
        Partition unclaimed = partition();
        first.claim("one", List.of(unclaimed));
        Partition owned = partition();
        second.claim("two", List.of(owned));

        first.release("one", List.of(owned));

        assertThat(partition().owner()).isEqualTo("two");
        write(second);
    }

    @Test
    void targetsAreStored() {
        first.assign(Map.of(PARTITION, "two", (PARTITION + 1) % PartitionStore.PARTITIONS, "one"));

        assertThat(partition().target()).isEqualTo("two");
        assertThat(second.partitions()).filteredOn(p -> p.target() != null).hasSize(2);
    }

    @Test
    void noTwoEpochsAreTheSame() {
        first.claim("one", List.of(partition()));
        long before = first.nextEpoch();
        long other = second.nextEpoch();
        assertThat(other).isNotEqualTo(before).isNotEqualTo(first.nextEpoch());

        second.claim("two", List.of(partition()));

        assertThat(second.nextEpoch()).isGreaterThan(before);
    }

    @Test
    void aProcessThatIsAloneTakesEverythingFromACluster() {
        first.claim("one", first.partitions());

        second.claimAll();

        write(second);
        assertCannotWrite(first);
        assertThat(partition().owner()).isNull();
    }
}
