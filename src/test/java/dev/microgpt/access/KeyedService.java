package dev.microgpt.access;

import dev.microgpt.support.Api;
import dev.microgpt.support.LocalService;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A service that asks for keys, with three of them.
public final class KeyedService implements AutoCloseable {

    final ApiKeys.Made alice = ApiKeys.make("alice");
    final ApiKeys.Made bob = ApiKeys.make("bob");
    final ApiKeys.Made carol = ApiKeys.make("carol");
    final LocalService service;

    public KeyedService(Path data, String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("--microgpt.security.keys.alice=" + alice.hash());
        all.add("--microgpt.security.keys.bob=" + bob.hash());
        all.add("--microgpt.security.keys.carol=" + carol.hash());
        service = LocalService.start(data, all.toArray(String[]::new));
    }

    public int port() {
        return service.api().port();
    }

    public Api stranger() {
        return service.api();
    }

    public Api alice() {
        return service.api().withKey(alice.text());
    }

    public Api bob() {
        return service.api().withKey(bob.text());
    }

    public Api carol() {
        return service.api().withKey(carol.text());
    }

    /// The keys, for what is no REST call.
    public String keyOfAlice() {
        return alice.text();
    }

    public String keyOfBob() {
        return bob.text();
    }

    public String keyOfCarol() {
        return carol.text();
    }

    @Override
    public void close() {
        service.close();
    }
}
