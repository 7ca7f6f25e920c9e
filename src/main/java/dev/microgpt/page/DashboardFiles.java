package dev.microgpt.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.springframework.core.io.ClassPathResource;
import org.springframework.util.ResourceUtils;

import java.io.IOException;

/// The address of the files that the pages load: modules, styles, texts and pictures.
///
/// In a jar it contains a digest of all files, which the build computes: what is there never changes, so browsers need not
/// ask again. Where the classes are in a directory, in which somebody may be editing, the address has no digest.
///
/// @param root the path relative to the root of the site, with a slash at its end; empty if it has no digest
/// @param areCompressed whether files that compress well are there compressed, too, with `.gz` added to their names
record DashboardFiles(String root, boolean areCompressed) {

    /// Below the libraries, which are cached in the same way.
    static final String FOLDER = "_static/dashboard/";

    private static final String DIGEST = "files.digest";

    /// Returns the address for the jar or the directory that this class is in.
    static DashboardFiles find() throws IOException {
        ClassPathResource digest = new ClassPathResource(DIGEST, DashboardFiles.class);
        if (!digest.exists() || !ResourceUtils.isJarURL(digest.getURL())) {
            return new DashboardFiles("", false);
        }
        return new DashboardFiles(
                FOLDER + digest.getContentAsString(UTF_8).strip() + '/', /* areCompressed= */ true);
    }

    /// Returns whether the address has a digest.
    boolean haveDigest() {
        return !root.isEmpty();
    }
}
