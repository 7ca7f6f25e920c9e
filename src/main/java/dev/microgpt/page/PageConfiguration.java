package dev.microgpt.page;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistration;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.resource.EncodedResourceResolver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;

/// Configures how browsers cache the files that the pages load, and the JavaScript client, which pages elsewhere load.
@Configuration(proxyBeanMethods = false)
class PageConfiguration implements WebMvcConfigurer {

    private static final String[] FOLDERS = {"/js/", "/client/", "/css/", "/img/", "/texts/"};
    private static final String LIBRARIES = "/_static/";
    private static final CacheControl FOREVER =
            CacheControl.maxAge(Duration.ofDays(365)).cachePublic().immutable();

    private final DashboardFiles files;

    PageConfiguration(DashboardFiles files) {
        this.files = files;
    }

    @Bean
    static DashboardFiles dashboardFiles() throws IOException {
        return DashboardFiles.find();
    }

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        // Their paths contain the version, or a digest, so they never change.
        addFiles(registry, LIBRARIES, "classpath:/META-INF/resources" + LIBRARIES)
                .setCacheControl(FOREVER);
        if (files.haveDigest()) {
            addFiles(registry, '/' + files.root(), "classpath:/static/")
                    .setCacheControl(FOREVER)
                    .setUseLastModified(false);
        }
        // The time stamps in the jar are the same in every build, so entity tags are made of the
        // content.
        for (String folder : FOLDERS) {
            addFiles(registry, folder, "classpath:/static" + folder)
                    .setCacheControl(CacheControl.noCache())
                    .setUseLastModified(false)
                    .setEtagGenerator(PageConfiguration::etag);
        }
    }

    /// Adds the files of a location. In a jar, those that compress well are there compressed as well, named `.gz`: Tomcat
    /// would compress them for each request.
    private ResourceHandlerRegistration addFiles(
            ResourceHandlerRegistry registry, String path, String location) {
        ResourceHandlerRegistration added =
                registry.addResourceHandler(path + "**").addResourceLocations(location);
        if (files.areCompressed()) {
            EncodedResourceResolver compressed = new EncodedResourceResolver();
            compressed.setContentCodings(List.of("gzip"));
            added.resourceChain(false).addResolver(compressed);
        }
        return added;
    }

    private static String etag(Resource file) {
        try {
            return Digests.etag(file.getContentAsByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
