package dev.fresnel.admin;

import dev.fresnel.value.TenantId;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/** What a parameter may hold. Values are text until a handler asks; {@link #problem} is where they are checked. */
public sealed interface ParameterType {
    /** @param maxChars of the text, which has at least one and no control characters */
    record Text(int maxChars) implements ParameterType {}

    /** A whole number, both ends included. */
    record WholeNumber(long least, long most) implements ParameterType {}

    /** {@code true} or {@code false}. */
    record Flag() implements ParameterType {}

    /** One of a closed set. */
    record Choice(List<String> of) implements ParameterType {
        public Choice {
            of = List.copyOf(of);
        }
    }

    /** An id of a tenant. Whether there is one is the handler's to say. */
    record Tenant() implements ParameterType {}

    /** An id of a tenant of the config in force. */
    record KnownTenant(TenantNames tenants) implements ParameterType {}

    /** 64 hex digits: a SHA-256. */
    record Hash() implements ParameterType {}

    /** A day of the calendar, in UTC: {@code 2026-11-30}. */
    record Day() implements ParameterType {}

    /** An array of texts, in a body only. */
    record Texts(int maxItems, int maxChars) implements ParameterType {}

    /** US dollars, exact to the nano-dollar and not negative: a JSON number, in a body only. */
    record Dollars() implements ParameterType {
        /** The most that a config can say, too. */
        public static final BigDecimal MOST = BigDecimal.valueOf(1_000_000_000);

        private static final int DECIMALS = 9;

        private static boolean isOne(String value) {
            try {
                BigDecimal dollars = new BigDecimal(value);
                return dollars.signum() >= 0
                        && dollars.compareTo(MOST) <= 0
                        && dollars.stripTrailingZeros().scale() <= DECIMALS;
            } catch (NumberFormatException none) {
                return false;
            }
        }
    }

    /**
     * A JSON object, in a body only. It has no value of its own.
     *
     * @param fields what may be in it, by its whole name: {@code budget.daily}
     */
    record Group(List<Parameter> fields) implements ParameterType {
        public Group {
            fields = List.copyOf(fields);
        }
    }

    /** Why {@code value} is none of this type, as what follows the parameter's name. */
    default Optional<String> problem(String value) {
        return switch (this) {
            case Text(int maxChars) ->
                unless(
                        !value.isEmpty()
                                && value.length() <= maxChars
                                && value.chars().noneMatch(Character::isISOControl),
                        "must be 1 to " + maxChars + " characters without control characters");
            case WholeNumber(long least, long most) ->
                unless(isBetween(value, least, most), "must be a whole number from " + least + " to " + most);
            case Flag() -> unless(value.equals("true") || value.equals("false"), "must be true or false");
            case Choice(List<String> of) -> unless(of.contains(value), "must be one of " + String.join(", ", of));
            case Tenant() ->
                unless(TenantId.isOne(value), "must be a tenant's id: 1 to 64 letters, digits, '.', '_' or '-'");
            case KnownTenant(TenantNames tenants) ->
                unless(
                        TenantId.isOne(value) && tenants.has(new TenantId(value)),
                        "names no tenant; there are " + tenants.all());
            case Hash() -> unless(value.matches("[0-9a-f]{64}"), "must be 64 hex digits");
            case Day() -> unless(isDay(value), "must be a day such as 2026-11-30");
            case Texts texts ->
                unless(
                        !value.isBlank() && value.length() <= texts.maxChars(),
                        "must hold texts of 1 to " + texts.maxChars() + " characters");
            case Dollars() ->
                unless(
                        Dollars.isOne(value),
                        "must be an amount of US dollars from 0 to " + Dollars.MOST.toPlainString()
                                + ", with nine decimals at most");
            case Group _ -> throw new IllegalStateException("an object is read field by field");
        };
    }

    private static boolean isDay(String value) {
        try {
            return LocalDate.parse(value).toString().equals(value);
        } catch (DateTimeParseException none) {
            return false;
        }
    }

    private static Optional<String> unless(boolean fine, String problem) {
        return fine ? Optional.empty() : Optional.of(problem);
    }

    private static boolean isBetween(String value, long least, long most) {
        if (!value.matches("-?[0-9]{1,18}")) {
            return false;
        }
        long number = Long.parseLong(value);
        return number >= least && number <= most;
    }
}
