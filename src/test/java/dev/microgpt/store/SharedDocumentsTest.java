package dev.microgpt.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.microgpt.engine.Corpus;
import dev.microgpt.support.MostlyWaiting;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import javax.sql.DataSource;

/// Two processes store, use and delete the same documents at the same time.
@MostlyWaiting
@Timeout(60)
final class SharedDocumentsTest {

    private static final Corpus CORPUS = Corpus.of("emma\nolivia");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private DataSource source;
    private JdbcClient jdbc;

    @BeforeEach
    void open(@TempDir Path directory) {
        TestStore.POSTGRESQL.migrate(directory, "latest");
        source = TestPostgres.source(directory);
        jdbc = JdbcClient.create(source);
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    /// A transaction that stays open until it is told to commit.
    private final class OpenTransaction {

        private final CountDownLatch isDone = new CountDownLatch(1);
        private final CountDownLatch mayCommit = new CountDownLatch(1);
        private final CompletableFuture<Void> end;

        OpenTransaction(Consumer<DocumentTable> action) {
            end = CompletableFuture.runAsync(() -> run(action), threads);
        }

        private void run(Consumer<DocumentTable> action) {
            var manager = new DataSourceTransactionManager(source);
            JdbcClient ofTransaction = JdbcClient.create(source);
            new TransactionTemplate(manager)
                    .executeWithoutResult(
                            _ -> {
                                action.accept(new DocumentTable(ofTransaction, true));
                                isDone.countDown();
                                await(mayCommit);
                            });
        }

        /// Waits for the action.
        OpenTransaction done() {
            await(isDone);
            return this;
        }

        void commit() {
            mayCommit.countDown();
            end.join();
        }

        private static void await(CountDownLatch latch) {
            try {
                assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private int numDocuments() {
        return jdbc.sql("SELECT count(*) FROM document").query(Integer.class).single();
    }

    /// Waits until a statement of another connection waits for a lock.
    private void awaitBlocked() {
        await().until(
                        () ->
                                jdbc.sql(
                                                        """
                                                        SELECT count(*) FROM pg_stat_activity
                                                        WHERE datname = current_database()
                                                        AND wait_event_type = 'Lock'""")
                                                .query(Integer.class)
                                                .single()
                                        > 0);
    }

    @Test
    void bothMayStoreTheSame() {
        OpenTransaction first = new OpenTransaction(table -> table.putIfAbsent(CORPUS)).done();
        OpenTransaction second = new OpenTransaction(table -> table.putIfAbsent(CORPUS));
        awaitBlocked();
        first.commit();
        second.done().commit();

        assertThat(numDocuments()).isEqualTo(1);
    }

    @Test
    void whatIsBeingDeletedIsStoredAgain() {
        String digest = new DocumentTable(jdbc, true).putIfAbsent(CORPUS);
        OpenTransaction deletion =
                new OpenTransaction(table -> table.deleteIfUnused(digest)).done();
        OpenTransaction use = new OpenTransaction(table -> table.putIfAbsent(CORPUS));
        awaitBlocked();
        deletion.commit();
        use.done().commit();

        assertThat(numDocuments()).isEqualTo(1);
    }

    @Test
    void whatIsAboutToBeUsedIsNotDeleted() {
        String digest = new DocumentTable(jdbc, true).putIfAbsent(CORPUS);
        OpenTransaction use = new OpenTransaction(table -> table.putIfAbsent(CORPUS)).done();
        new OpenTransaction(table -> table.deleteIfUnused(digest)).done().commit();
        use.commit();

        assertThat(numDocuments()).isEqualTo(1);
        new OpenTransaction(table -> table.deleteIfUnused(digest)).done().commit();
        assertThat(numDocuments()).isZero();
    }
}
