package dev.microgpt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microgpt.support.ChildJvm;
import dev.microgpt.support.MostlyWaiting;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Tests that responses do not depend on the machine's language, time zone and charset.
@MostlyWaiting
final class LocaleTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private String runWith(String name, @Nullable String posixLocale, String... flags)
            throws IOException {
        List<String> all = new ArrayList<>(List.of(flags));
        all.add("-XX:TieredStopAtLevel=1"); // starts sooner; vectors would be slow with it
        all.add("--enable-native-access=ALL-UNNAMED");
        all.add("-Dscenario.data=" + directory.resolve(name));
        Map<String, String> environment =
                posixLocale == null ? Map.of() : Map.of("LC_ALL", posixLocale, "LANG", posixLocale);
        return String.join(
                "\n",
                ChildJvm.run(environment, LocaleScenario.class, all.toArray(String[]::new))
                        .lines()
                        .filter(line -> line.startsWith(LocaleScenario.PREFIX))
                        .toList());
    }

    private String runInEnglish() throws IOException {
        String english = runWith("en", null, "-Duser.language=en", "-Duser.country=US");
        assertThat(english).contains("zo\u00eb", "losses", LocaleScenario.PREFIX + "end");
        return english;
    }

    /// Turkish has other lower-case letters. The charset is ASCII.
    @Test
    void responsesAreTheSameInTurkishAndWithAnotherTimeZoneAndCharset() throws IOException {
        String english = runInEnglish();

        assertThat(
                        runWith(
                                "tr",
                                "C",
                                "-Duser.language=tr",
                                "-Duser.country=TR",
                                "-Duser.timezone=Asia/Kathmandu",
                                "-Dfile.encoding=COMPAT"))
                .isEqualTo(english);
    }

    /// Arabic has other digits.
    @Test
    @Tag("slow")
    void responsesAreTheSameInArabic() throws IOException {
        String english = runInEnglish();

        assertThat(runWith("ar", null, "-Duser.language=ar", "-Duser.country=EG"))
                .isEqualTo(english);
    }
}
