package dev.microgpt.page;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// Provides tests with a [Browser], shared by all of them: the installed Chromium or Chrome. Nothing is
/// downloaded. If none is installed, the tests are skipped, unless the system property `chromium.required` is
/// true; `chromium.path` names a browser in an unusual place.
///
/// Tests prefer Chromium's headless shell, which has the same engine but no window of its own to draw: their
/// browser then takes about a third less CPU time.
public final class Chromium implements ExecutionCondition, ParameterResolver {

    private static final Logger log = LoggerFactory.getLogger(Chromium.class);

    private static final double PATIENCE_MILLIS = 20_000;
    private static final String HEADLESS_SHELL = "chromium-headless-shell";
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    private static final List<String> PLACES =
            List.of(
                    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
                    "/Applications/Chromium.app/Contents/MacOS/Chromium",
                    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe");
    private static final String ADVICE = advice(HEADLESS_SHELL);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (pathForTests() != null) {
            return ConditionEvaluationResult.enabled("Chromium is installed");
        }
        if (Boolean.getBoolean("chromium.required")) {
            throw new IllegalStateException(ADVICE);
        }
        log.warn("{} is skipped: {}", context.getDisplayName(), ADVICE);
        return ConditionEvaluationResult.disabled(ADVICE);
    }

    private static @Nullable Path pathForTests() {
        return path(Stream.concat(onPath(List.of(HEADLESS_SHELL)), browsers()));
    }

    private static @Nullable Path path(Stream<Path> candidates) {
        String given = System.getProperty("chromium.path");
        Stream<Path> paths = given != null ? Stream.of(Path.of(given)) : candidates;
        return paths.filter(Files::isExecutable).findFirst().orElse(null);
    }

    private static Stream<Path> browsers() {
        return Stream.concat(onPath(NAMES), PLACES.stream().map(Path::of));
    }

    private static Stream<Path> onPath(List<String> names) {
        String folders = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(folders.split(File.pathSeparator, -1))
                .flatMap(folder -> names.stream().map(name -> Path.of(folder, name)));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Browser.class;
    }

    @Override
    public Browser resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(Chromium.class))
                .computeIfAbsent(Running.class, _ -> Running.start(), Running.class)
                .browser();
    }

    /// Creates a Playwright that does not download a browser.
    public static Playwright createPlaywright() {
        return Playwright.create(
                new Playwright.CreateOptions()
                        .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    }

    private static String advice(String debianPackage) {
        return "no Chromium or Chrome is installed: `apt-get install %s`, or say where it is with -Dchromium.path=..."
                .formatted(debianPackage);
    }

    /// Starts the installed browser, as a user has it: not the headless shell.
    public static Browser launch(Playwright playwright) {
        Path path = path(browsers());
        if (path == null) {
            throw new IllegalStateException(advice("chromium"));
        }
        return launch(playwright, path);
    }

    private static Browser launch(Playwright playwright, Path path) {
        return playwright
                .chromium()
                .launch(
                        new BrowserType.LaunchOptions()
                                .setExecutablePath(path)
                                .setArgs(
                                        List.of(
                                                "--disable-quic",
                                                "--disable-background-networking",
                                                "--disable-component-update",
                                                "--disable-sync")));
    }

    /// Closed by JUnit after the last test.
    private record Running(Playwright playwright, Browser browser) implements AutoCloseable {

        static Running start() {
            // pages wait for a service that shares the machine with a browser and a training
            // session
            PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
            Playwright playwright = createPlaywright();
            return new Running(
                    playwright, launch(playwright, Objects.requireNonNull(pathForTests(), ADVICE)));
        }

        @Override
        public void close() {
            playwright.close();
        }
    }
}
