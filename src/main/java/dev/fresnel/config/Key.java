package dev.fresnel.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The one declaration of a config key. Sits on a component of a record in {@link ConfigFile}; the key's name is the component's
 * name in kebab-case, its type the component's type. The binder, the JSON Schema and the reference table are all read from here.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Key {
    /** Names of upstreams, workers and tenants: they become header values, metric labels and parts of stored keys. */
    String ID = "[A-Za-z0-9._-]{1,64}";

    /** Names of models and aliases: printable ASCII without spaces, since they travel in headers. */
    String MODEL = "[!-~]{1,128}";

    /** Notes and their names: short text without line breaks. */
    String NOTE = "[^\\x00-\\x1f\\x7f]{1,200}";

    /** One line saying what the key does. */
    String value();

    /**
     * The default as YAML text; empty: there is none. A component of type {@code Optional} stays empty when its key is not set,
     * and takes the default only in the bottom layer of the precedence, see {@link Binder#bottomLayer}.
     */
    String def() default "";

    /** In words, what an unset key without a default means. */
    String unset() default "";

    /** A value that a message may show to whoever wrote one that cannot be read, where its type alone does not say what is meant. */
    String example() default "";

    /** Smallest value allowed, as YAML text. */
    String min() default "";

    /** Largest value allowed, as YAML text. */
    String max() default "";

    /** Regular expression for a text value, or for the names in a table. */
    String pattern() default "";

    /** Whether leaving the key out is a problem; for a list or a table also leaving it empty. */
    boolean required() default false;

    /** Whether the component's own keys are written beside its siblings instead of under a key of its own. */
    boolean inline() default false;
}
