package dev.microgpt.share;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.microgpt.engine.InvalidInputException;
import dev.microgpt.session.Session;
import dev.microgpt.session.SessionService;
import dev.microgpt.session.admission.CallContext;
import dev.microgpt.session.admission.SessionException;
import dev.microgpt.session.admission.SharedSession;
import dev.microgpt.session.compute.Ticker;
import dev.microgpt.session.persistence.PendingWrite;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/// Creates, lists and withdraws the shares of sessions, and finds the share of a token. Thread-safe.
public final class ShareService {

    /// For how long a process may take a share for valid that another one has withdrawn.
    public static final Duration MAX_AGE = Duration.ofSeconds(2);

    /// The shortest time for which a share may be valid.
    public static final Duration MIN_LIFETIME = Duration.ofMinutes(1);

    /// For how many days a share is valid if the caller does not say.
    public static final int DEFAULT_DAYS = 7;

    public static final int MAX_LABEL_LENGTH = 100;

    private static final String WHAT = "the share";
    private static final int MAX_KNOWN = 10_000;

    private final SessionService sessions;
    private final ShareStore store;
    private final ShareLimits limits;
    private final Ticker ticker;
    private final SecureRandom random = new SecureRandom();

    /// What the store knows, by the hashes of tokens and by the ids of shares; without a share, it knows none.
    private final Cache<String, Optional<Share>> known;

    ShareService(SessionService sessions, ShareStore store, ShareLimits limits, Ticker ticker) {
        this.sessions = sessions;
        this.store = store;
        this.limits = limits;
        this.ticker = ticker;
        known =
                Caffeine.newBuilder()
                        .expireAfterWrite(MAX_AGE)
                        .maximumSize(MAX_KNOWN)
                        .ticker(ticker::nanos)
                        .executor(Runnable::run)
                        .build();
    }

    /// Creates a share of a session.
    ///
    /// @param label what the caller calls it; at most [#MAX_LABEL_LENGTH] characters
    /// @param expiry null for [#DEFAULT_DAYS] from now
    /// @throws InvalidInputException if the label is too long, or the time is out of range
    /// @throws SessionException `not_found`, `quota_exceeded`, `storage_full` or `moving`
    public NewShare create(
            CallContext call, String name, String label, @Nullable ShareExpiry expiry) {
        Instant now = ticker.now();
        requireLabel(label);
        Instant end = end(now, expiry);
        requireLifetime(now, end);
        Session session = sessions.get(call, name);
        ShareToken token = ShareToken.random(random);
        Share share =
                new Share(
                        ShareToken.randomId(random),
                        call.caller().sessionId(name),
                        session.published().epoch(),
                        label,
                        now,
                        end);
        PendingWrite.await(store.create(share, token.hash(), limits.shares()), WHAT);
        return new NewShare(share, token);
    }

    private static void requireLabel(String label) {
        if (label.length() > MAX_LABEL_LENGTH) {
            throw InvalidInputException.outOfRange(
                    "label",
                    label,
                    0,
                    MAX_LABEL_LENGTH,
                    "label must have at most "
                            + MAX_LABEL_LENGTH
                            + " characters, but has "
                            + label.length());
        }
        if (label.codePoints().anyMatch(ShareService::isUnprintable)) {
            throw InvalidInputException.invalidText(
                    "label", "label must not have control characters or lone surrogates");
        }
    }

    private static boolean isUnprintable(int character) {
        return Character.isISOControl(character)
                || Character.getType(character) == Character.SURROGATE;
    }

    private Instant end(Instant now, @Nullable ShareExpiry expiry) {
        return switch (expiry) {
            case null -> now.plus(days(defaultDays()));
            case ShareExpiry.AfterDays(int days) -> {
                InvalidInputException.requireRange("days", days, 1, limits.shareDays());
                yield now.plus(days(days));
            }
            case ShareExpiry.At(Instant time) -> time;
        };
    }

    private int defaultDays() {
        return Math.min(DEFAULT_DAYS, limits.shareDays());
    }

    private void requireLifetime(Instant now, Instant end) {
        Instant first = now.plus(MIN_LIFETIME);
        Instant last = now.plus(days(limits.shareDays()));
        if (end.isBefore(first) || end.isAfter(last)) {
            throw InvalidInputException.outOfRange(
                    "expiresAt",
                    end.toString(),
                    null,
                    null,
                    "expiresAt must be from " + first + " to " + last + ", but is " + end);
        }
    }

    private static Duration days(int days) {
        return Duration.ofDays(days);
    }

    /// Returns the shares of a session that have not expired, the oldest first.
    ///
    /// @throws SessionException `not_found`
    public List<Share> list(CallContext call, String name) {
        return store.list(sessions.get(call, name).published().epoch(), ticker.now());
    }

    /// Withdraws a share. Other processes may take it for valid for [#MAX_AGE].
    ///
    /// @throws SessionException `not_found` or `moving`
    public void withdraw(CallContext call, String name, String id) {
        Share share =
                list(call, name).stream()
                        .filter(other -> other.id().equals(id))
                        .findFirst()
                        .orElseThrow(() -> ShareErrors.notFound(id));
        PendingWrite.await(store.delete(share), WHAT);
        known.invalidateAll();
    }

    /// Returns the share of a token; null if it is unknown, or expired, or was withdrawn.
    ///
    /// @throws SessionException `store_unavailable`
    public @Nullable SharedSession find(ShareToken token) {
        String hash = token.hash();
        Share share = find(hash, () -> store.findByHash(hash));
        return share == null ? null : share.shared();
    }

    /// Returns whether a share is still valid.
    ///
    /// @throws SessionException `store_unavailable`
    public boolean isValid(SharedSession shared) {
        String id = shared.shareId();
        Share share = find(id, () -> store.findById(id));
        return share != null && share.shared().equals(shared);
    }

    private @Nullable Share find(String key, Supplier<@Nullable Share> search) {
        Optional<Share> found = known.get(key, _ -> Optional.ofNullable(search.get()));
        return Objects.requireNonNull(found)
                .filter(share -> !share.isExpired(ticker.now()))
                .orElse(null);
    }
}
