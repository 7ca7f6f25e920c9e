package dev.microgpt.page;

import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/// Configures how browsers cache the files that the pages load.
@Configuration(proxyBeanMethods = false)
class PageConfiguration implements WebMvcConfigurer {

    private static final String[] FOLDERS = {"/js/", "/css/", "/img/"};
    private static final String LIBRARIES = "/_static/";

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        // Their paths contain the version, so they never change.
        registry.addResourceHandler(LIBRARIES + "**")
                .addResourceLocations("classpath:/META-INF/resources" + LIBRARIES)
                .setCacheControl(
                        CacheControl.maxAge(Duration.ofDays(365)).cachePublic().immutable());
        // The time stamps in the jar are the same in every build, so entity tags are made of the
        // content.
        for (String folder : FOLDERS) {
            registry.addResourceHandler(folder + "**")
                    .addResourceLocations("classpath:/static" + folder)
                    .setCacheControl(CacheControl.noCache())
                    .setUseLastModified(false)
                    .setEtagGenerator(PageConfiguration::etag);
        }
    }

    private static String etag(Resource file) {
        try {
            return Digests.etag(file.getContentAsByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
