package dev.microgpt;

import dev.microgpt.access.NewKeyCommand;
import dev.microgpt.store.CopyStoreCommand;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ScheduledTasksObservationAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.PersistenceExceptionTranslationAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.metrics.TomcatMetricsAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizationAutoConfiguration;

import java.util.Locale;
import java.util.TimeZone;

/// Starts the server: the REST API, the live streams and the dashboard, on top of the training engine.
@SpringBootApplication(
        exclude = {
            // The store has its own connections, transactions and migrations.
            DataSourceAutoConfiguration.class,
            DataSourceInitializationAutoConfiguration.class,
            DataSourceTransactionManagerAutoConfiguration.class,
            JdbcClientAutoConfiguration.class,
            JdbcTemplateAutoConfiguration.class,
            // No bean has a proxy: each of these would look at all methods of all beans.
            AopAutoConfiguration.class,
            PersistenceExceptionTranslationAutoConfiguration.class,
            TransactionAutoConfiguration.class,
            TransactionManagerCustomizationAutoConfiguration.class,
            // RequestThreads measures what is needed.
            TomcatMetricsAutoConfiguration.class,
            // No method is scheduled.
            ScheduledTasksObservationAutoConfiguration.class,
            TaskSchedulingAutoConfiguration.class,
        })
@ConfigurationPropertiesScan
public class MicroGptApplication {

    /// Starts the service, or runs one of the commands `new-key` and `copy-store`.
    ///
    /// First sets the default locale and time zone, whatever those of the machine are: libraries format with
    /// them, and Arabic digits in a header or a Turkish dotless i in a name would be unreadable for other
    /// programs.
    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT);
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        if (NewKeyCommand.matches(args)) {
            exitUnless(NewKeyCommand.run(System.out, args));
        } else if (CopyStoreCommand.matches(args)) {
            exitUnless(CopyStoreCommand.run(System.out, args));
        } else {
            ShutdownWatchdog.start();
            VectorModule.load();
            SpringApplication.run(MicroGptApplication.class, args);
        }
    }

    private static void exitUnless(boolean succeeded) {
        if (!succeeded) {
            System.exit(2);
        }
    }
}
