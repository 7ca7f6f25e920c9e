package dev.microgpt.share;

import dev.microgpt.session.SessionService;
import dev.microgpt.session.compute.Ticker;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Configures shares.
@Configuration(proxyBeanMethods = false)
class ShareConfiguration {

    @Bean
    ShareService shareService(SessionService sessions, ShareStore store, ShareLimits limits) {
        return new ShareService(sessions, store, limits, Ticker.SYSTEM);
    }
}
