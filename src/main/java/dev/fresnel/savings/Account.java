package dev.fresnel.savings;

import dev.fresnel.value.TenantId;
import java.time.LocalDate;

/**
 * One line of the books.
 *
 * @param model the declared model that was asked for, or {@link #UNDECLARED}, or {@link #GATEWAY}; without line breaks
 * @param day UTC, on which the conversation was decided
 */
public record Account(TenantId tenant, String model, LocalDate day) {
    /** All models that the config does not declare: their names are the clients', and without number. */
    public static final String UNDECLARED = "*";

    /** The gateway's own calls that belong to no model: classifier and judge. */
    public static final String GATEWAY = "-";
}
