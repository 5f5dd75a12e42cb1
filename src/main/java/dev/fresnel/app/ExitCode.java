package dev.fresnel.app;

/** How a command ended, as the shell sees it. */
final class ExitCode {
    static final int OK = 0;
    /** The config, the request or what the demo showed is not as it should be. */
    static final int PROBLEM = 1;
    /** The command line itself. */
    static final int USAGE = 2;
    /** Our bug ({@code EX_SOFTWARE}). */
    static final int INTERNAL = 70;

    private ExitCode() {}
}
