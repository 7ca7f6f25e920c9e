package dev.microgpt.access;

import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.crypto.password.Pbkdf2PasswordEncoder;
import org.springframework.security.crypto.password.Pbkdf2PasswordEncoder.SecretKeyFactoryAlgorithm;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;

/// Generates API keys and the hashes that verify them.
///
/// A key has the form `name.secret`. The configuration contains only the hash of the secret, so that reading
/// the configuration is not enough to call the service.
final class ApiKeys {

    private static final String HASH = "pbkdf2";
    private static final String HASH_PREFIX = "{" + HASH + "}";
    private static final int SECRET_BYTES = 32;
    private static final int SALT_BYTES = 16;

    /// Few iterations, because they are spent on every call. More would slow down guessing, but 32 random
    /// bytes cannot be guessed.
    private static final int ITERATIONS = 100;

    private ApiKeys() {}

    /// A generated key.
    ///
    /// @param text the key itself, for the caller
    /// @param hash the hash of its secret, for the service's configuration
    record NewKey(String text, String hash) {}

    /// Generates a key with a random secret of 32 bytes.
    ///
    /// @throws IllegalArgumentException if the name is not valid; see [AccessSettings#requireName]
    static NewKey generate(String name) {
        AccessSettings.requireName(name);
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        String hash = encoder().encode(secret);
        if (hash == null) {
            throw new IllegalStateException("the encoder returned no hash");
        }
        return new NewKey(name + "." + secret, hash);
    }

    /// Returns the encoder that hashes secrets and verifies them, in a time that does not depend on how much
    /// of a secret is right.
    static PasswordEncoder encoder() {
        return new DelegatingPasswordEncoder(
                HASH,
                Map.of(
                        HASH,
                        new Pbkdf2PasswordEncoder(
                                "",
                                SALT_BYTES,
                                ITERATIONS,
                                SecretKeyFactoryAlgorithm.PBKDF2WithHmacSHA256)));
    }

    /// Returns whether the text has the form of a hash by [#encoder].
    static boolean isHash(String text) {
        return text.startsWith(HASH_PREFIX) && text.length() > HASH_PREFIX.length();
    }
}
