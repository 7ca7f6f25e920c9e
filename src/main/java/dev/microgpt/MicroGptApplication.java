package dev.microgpt;

import dev.microgpt.access.KeyCommand;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;

/** Starts the server: the REST API, the live streams and the dashboard, over the training engine. */
@SpringBootApplication(exclude = DataSourceAutoConfiguration.class) // the store has its own
@ConfigurationPropertiesScan
public class MicroGptApplication {

    public static void main(String[] args) {
        if (!KeyCommand.isMeant(args)) {
            ShutdownWatchdog.start();
            SpringApplication.run(MicroGptApplication.class, args);
        } else if (!KeyCommand.run(System.out, args)) {
            System.exit(2);
        }
    }
}
