package dev.fresnel.policy;

/**
 * What is known of a request before the choice, as a path of three buckets from coarse to fine. A bucket that has seen nothing
 * starts from what its parent knows. Strings of bounded length and number, never a client's raw text.
 *
 * @param population the requests whose arms are comparable: the requested model, and its tenant unless tenants are pooled
 * @param task kind of work, size bucket and tier inside the population
 * @param leaf tenant, application or repository inside the task; {@link #WHOLE_TASK} speaks of the task in general
 */
public record Context(String population, String task, String leaf) {
    /** The leaf of knowledge that belongs to no tenant in particular, such as seed rows. */
    public static final String WHOLE_TASK = "";

    /** The same task, whoever asks. */
    public Context wholeTask() {
        return new Context(population, task, WHOLE_TASK);
    }
}
