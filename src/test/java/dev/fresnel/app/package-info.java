/** The command line as a user meets it: what it prints and how it ends. */
@NullMarked
package dev.fresnel.app;

import org.jspecify.annotations.NullMarked;
