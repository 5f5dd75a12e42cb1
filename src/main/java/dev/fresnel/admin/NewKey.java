package dev.fresnel.admin;

import dev.fresnel.budget.Budget;
import dev.fresnel.budget.Period;
import dev.fresnel.tenant.AllowedModels;
import dev.fresnel.tenant.KeyHash;
import dev.fresnel.tenant.Limit;
import dev.fresnel.tenant.Limits;
import dev.fresnel.tenant.Scope;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantKey;
import dev.fresnel.value.Usd;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a key that is to be issued is to be, as it is asked for. */
final class NewKey {
    private static final String NAME = "[A-Za-z0-9._-]{1,64}";
    private static final String MODEL = "[!-~]{1,128}";
    private static final int MAX_ITEMS = 100;
    private static final int MAX_CHARS = 401;

    private NewKey() {}

    /** Budget and limits go by the names, and have the ranges, that a key of the config has them by. */
    static List<Parameter> parameters(TenantNames names) {
        Map<String, ParameterType> budget = new LinkedHashMap<>();
        for (Period period : Period.values()) {
            budget.put(period.adjective(), new ParameterType.Dollars());
        }
        Map<String, ParameterType> limits = new LinkedHashMap<>();
        for (Limit limit : Limit.values()) {
            limits.put(limit.key(), new ParameterType.WholeNumber(1, limit.ceiling()));
        }
        return List.of(
                Parameter.body("tenant", new ParameterType.KnownTenant(names)).required(),
                Parameter.body("name", new ParameterType.Text(64)),
                Parameter.body("scopes", new ParameterType.Texts(Scope.values().length, 32)),
                Parameter.body("models", new ParameterType.Texts(MAX_ITEMS, 128)),
                Parameter.body("expires", new ParameterType.Text(32)),
                Parameter.group("budget", budget),
                Parameter.group("limits", limits),
                Parameter.body("metadata", new ParameterType.Texts(MAX_ITEMS, MAX_CHARS)));
    }

    /**
     * The key of this hash.
     *
     * @param problems is told of everything that is wrong; the key is then none to issue
     */
    static TenantKey read(AdminRequest request, KeyHash hash, Instant now, List<RequestProblem> problems) {
        String name = request.text("name").orElseGet(() -> TenantKey.defaultName(hash));
        if (!name.matches(NAME)) {
            problems.add(RequestProblem.of("name", "name must match " + NAME));
        }
        return new TenantKey(
                hash,
                name,
                scopes(request, problems),
                models(request, problems),
                expires(request, now, problems),
                budget(request),
                metadata(request, problems),
                limits(request));
    }

    /** What of it is never reached, since something else of it or of its tenant comes before: allowed, and hardly meant. */
    static List<String> warnings(TenantKey key, Tenant tenant) {
        List<String> warnings = new ArrayList<>();
        Budget budget = key.budget();
        for (Period period : budget.periods()) {
            Usd amount = budget.limit(period).orElseThrow();
            String name = "budget." + period.adjective();
            budget.before(period, amount)
                    .map(first -> neverReached(name, "budget." + first.adjective()))
                    .or(() -> tenant.budget()
                            .limits()
                            .before(period, amount)
                            .map(first -> neverReached(name, "the tenant's budget." + first.adjective())))
                    .ifPresent(warnings::add);
        }
        key.limits().most().forEach((limit, amount) -> {
            String name = "limits." + limit.key();
            key.limits()
                    .before(limit, amount)
                    .map(first -> neverReached(name, "limits." + first.key()))
                    .or(() -> tenant.limits()
                            .before(limit, amount)
                            .map(first -> neverReached(name, "the tenant's limits." + first.key())))
                    .ifPresent(warnings::add);
        });
        return warnings;
    }

    private static String neverReached(String name, String first) {
        return name + " is never reached, since " + first + " is lower";
    }

    private static Budget budget(AdminRequest request) {
        Map<Period, Usd> limits = new EnumMap<>(Period.class);
        for (Period period : Period.values()) {
            request.dollars("budget." + period.adjective()).ifPresent(amount -> limits.put(period, amount));
        }
        return Budget.of(limits);
    }

    private static Limits limits(AdminRequest request) {
        Map<Limit, Long> most = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values()) {
            request.number("limits." + limit.key()).ifPresent(amount -> most.put(limit, amount));
        }
        return new Limits(most);
    }

    private static Set<Scope> scopes(AdminRequest request, List<RequestProblem> problems) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        Optional<List<String>> given = request.texts("scopes");
        if (given.isEmpty()) {
            return EnumSet.allOf(Scope.class);
        }
        for (String text : given.get()) {
            Scope.ofKey(text)
                    .ifPresentOrElse(
                            scopes::add,
                            () -> problems.add(RequestProblem.of(
                                    "scopes",
                                    "'" + text + "' is no scope; there are "
                                            + String.join(
                                                    ", ",
                                                    EnumSet.allOf(Scope.class).stream()
                                                            .map(Scope::key)
                                                            .toList()))));
        }
        return scopes;
    }

    private static AllowedModels models(AdminRequest request, List<RequestProblem> problems) {
        Optional<List<String>> given = request.texts("models");
        if (given.filter(List::isEmpty).isPresent()) {
            // Nothing and everything are too far apart to guess which is meant.
            problems.add(RequestProblem.of(
                    "models", "models must not be empty: name at least one, or leave it out for all models"));
        }
        given.ifPresent(all -> all.stream()
                .filter(pattern -> !pattern.matches(MODEL))
                .forEach(pattern -> problems.add(RequestProblem.of("models", "models must match " + MODEL))));
        return new AllowedModels(given);
    }

    private static Optional<Instant> expires(AdminRequest request, Instant now, List<RequestProblem> problems) {
        Optional<Instant> end = request.text("expires").flatMap(text -> {
            try {
                return Optional.of(Instant.parse(text.contains("T") ? text : text + "T00:00:00Z"));
            } catch (DateTimeException none) {
                problems.add(RequestProblem.of(
                        "expires",
                        "expires must be a date or a time in UTC, such as 2027-01-31 or 2027-01-31T17:00:00Z"));
                return Optional.empty();
            }
        });
        if (end.filter(at -> !at.isAfter(now)).isPresent()) {
            problems.add(RequestProblem.of("expires", "expires must lie in the future"));
        }
        return end;
    }

    private static Map<String, String> metadata(AdminRequest request, List<RequestProblem> problems) {
        Map<String, String> notes = new LinkedHashMap<>();
        request.texts("metadata")
                .ifPresent(all -> all.forEach(note -> {
                    int equals = note.indexOf('=');
                    boolean plain = note.chars().noneMatch(Character::isISOControl);
                    if (equals < 1
                            || !plain
                            || notes.put(note.substring(0, equals), note.substring(equals + 1)) != null) {
                        problems.add(RequestProblem.of(
                                "metadata", "metadata must hold texts NAME=VALUE without line breaks, each name once"));
                    }
                }));
        return notes;
    }
}
