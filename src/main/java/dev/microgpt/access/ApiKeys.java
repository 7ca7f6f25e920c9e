package dev.microgpt.access;

import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.crypto.password.Pbkdf2PasswordEncoder;
import org.springframework.security.crypto.password.Pbkdf2PasswordEncoder.SecretKeyFactoryAlgorithm;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;

/// Makes API keys, and the hashes by which they are recognised.
///
/// A key is `name.secret`. The service knows the hash of the secret alone, so that nobody can call who
/// has read its configuration.
final class ApiKeys {

    private static final String HASH = "pbkdf2";
    private static final String HASH_PREFIX = "{" + HASH + "}";
    private static final int SECRET_BYTES = 32;
    private static final int SALT_BYTES = 16;

    /// Many rounds make guesses at passwords expensive. Nobody guesses 32 random bytes, and each call
    /// takes so many rounds.
    private static final int ROUNDS = 100;

    private ApiKeys() {}

    /// A new key.
    ///
    /// @param text for whoever is to call
    /// @param hash for the service
    record Made(String text, String hash) {}

    /// @throws IllegalArgumentException if no key can have the name
    static Made make(String name) {
        AccessSettings.requireName(name);
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        String hash = encoder().encode(secret);
        if (hash == null) {
            throw new IllegalStateException("no hash was made");
        }
        return new Made(name + "." + secret, hash);
    }

    /// Recognises secrets, in a time that does not tell how much of one is right.
    static PasswordEncoder encoder() {
        return new DelegatingPasswordEncoder(
                HASH,
                Map.of(
                        HASH,
                        new Pbkdf2PasswordEncoder(
                                "",
                                SALT_BYTES,
                                ROUNDS,
                                SecretKeyFactoryAlgorithm.PBKDF2WithHmacSHA256)));
    }

    static boolean isHash(String text) {
        return text.startsWith(HASH_PREFIX) && text.length() > HASH_PREFIX.length();
    }
}
