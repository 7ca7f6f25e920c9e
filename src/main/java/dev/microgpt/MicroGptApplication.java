package dev.microgpt;

import dev.microgpt.access.NewKeyCommand;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;

import java.util.Locale;
import java.util.TimeZone;

/** Starts the server: the REST API, the live streams and the dashboard, over the training engine. */
@SpringBootApplication(exclude = DataSourceAutoConfiguration.class) // the store has its own
@ConfigurationPropertiesScan
public class MicroGptApplication {

    /// First of all, whatever the machine's settings are, the language and time zone of the process are
    /// set: libraries format with them, and digits of Arabic in a header, or a Turkish dotless i in a
    /// name, are not what another program can read.
    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT);
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        if (!NewKeyCommand.isMeant(args)) {
            ShutdownWatchdog.start();
            SpringApplication.run(MicroGptApplication.class, args);
        } else if (!NewKeyCommand.run(System.out, args)) {
            System.exit(2);
        }
    }
}
