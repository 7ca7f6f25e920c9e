package dev.microgpt;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;

import java.util.concurrent.TimeUnit;

/// The service with two additional paths whose requests never end and cannot be interrupted: `/stuck`, and
/// `/stuck-console`, which also locks the console, so that every thread that logs blocks.
final class StuckService {

    /// @param args the arguments of the service
    public static void main(String[] args) {
        System.setProperty("spring.main.sources", StuckService.class.getName());
        MicroGptApplication.main(args);
    }

    @Bean
    ServletRegistrationBean<HttpServlet> stuck() {
        return new ServletRegistrationBean<>(new StuckServlet(), "/stuck", "/stuck-console");
    }

    private static final class StuckServlet extends HttpServlet {

        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) {
            System.out.println("stuck");
            if (request.getRequestURI().endsWith("console")) {
                synchronized (System.out) {
                    hang();
                }
            } else {
                hang();
            }
        }

        private static void hang() {
            while (true) {
                try {
                    TimeUnit.DAYS.sleep(1);
                } catch (InterruptedException _) {
                    // Interrupts are ignored.
                }
            }
        }
    }
}
