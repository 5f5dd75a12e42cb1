package dev.fresnel.delegation;

/** Whether a worker answers with a lens or bare. They are different arms: a lens must earn its place. */
public enum Guidance {
    LENS,
    BARE
}
