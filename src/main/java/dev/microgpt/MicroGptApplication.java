package dev.microgpt;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;

/** Starts the server: the REST API, the live streams and the dashboard, over the training engine. */
@SpringBootApplication(exclude = DataSourceAutoConfiguration.class) // the store has its own
@ConfigurationPropertiesScan
public class MicroGptApplication {

    public static void main(String[] args) {
        SpringApplication.run(MicroGptApplication.class, args);
    }
}
