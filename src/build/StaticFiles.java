import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/// Prepares the files for browsers before they go into the jar: compresses them, and those of the libraries that pages load,
/// beside the originals, and writes a digest of all of them, which becomes part of their address.
///
/// The arguments are the directory of the classes and the class path, where the jars of the libraries are.
final class StaticFiles {

    private static final String DIGEST = "dev/microgpt/page/files.digest";
    private static final int DIGEST_BYTES = 12;

    /// A smaller response fits into one packet uncompressed.
    private static final int MIN_SIZE = 1024;

    private static final List<String> TYPES = List.of(".js", ".css", ".json", ".svg");

    /// Of ECharts, pages load the bundle; of Lit, the modules for browsers.
    private static final Pattern OF_LIBRARIES =
            Pattern.compile(
                    "META-INF/resources/_static/(echarts/[^/]+/dist/echarts\\.esm\\.min|"
                            + "(lit|lit-html|lit-element|reactive-element)/(?!.*/(development|node)/).*)\\.js");

    public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
        var classes = Path.of(args[0]);
        if (!Files.exists(classes.resolve("static"))) {
            return; // a build without sources
        }
        prepareOwn(classes);
        for (var jar : args[1].split(System.getProperty("path.separator"))) {
            if (jar.endsWith(".jar")) {
                compressLibrary(Path.of(jar), classes);
            }
        }
    }

    private static void prepareOwn(Path classes) throws IOException, NoSuchAlgorithmException {
        var digest = MessageDigest.getInstance("SHA-256");
        var folder = classes.resolve("static");
        for (var file : originals(folder)) {
            var content = Files.readAllBytes(file);
            var name = folder.relativize(file).toString().replace('\\', '/');
            digest.update((name + '\n' + content.length + '\n').getBytes(StandardCharsets.UTF_8));
            digest.update(content);
            compress(content, file);
        }
        var hex = HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
        Files.writeString(classes.resolve(DIGEST), hex);
    }

    private static List<Path> originals(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".gz"))
                    .sorted()
                    .toList();
        }
    }

    private static void compressLibrary(Path path, Path classes) throws IOException {
        try (var jar = new JarFile(path.toFile());
                Stream<JarEntry> entries = jar.stream()) {
            entries.filter(entry -> OF_LIBRARIES.matcher(entry.getName()).matches())
                    .forEach(
                            entry -> {
                                try (var in = jar.getInputStream(entry)) {
                                    var file = classes.resolve(entry.getName());
                                    Files.createDirectories(file.getParent());
                                    compress(in.readAllBytes(), file);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
        }
    }

    private static void compress(byte[] content, Path file) throws IOException {
        var compressed = file.resolveSibling(file.getFileName() + ".gz");
        if (content.length < MIN_SIZE || TYPES.stream().noneMatch(file.toString()::endsWith)) {
            Files.deleteIfExists(compressed);
            return;
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = new BestGzip(bytes)) {
            out.write(content);
        }
        Files.write(compressed, bytes.toByteArray());
    }

    private static final class BestGzip extends GZIPOutputStream {

        BestGzip(OutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
