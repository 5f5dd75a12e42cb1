/** What a request demands of its answer, JSON or a tool's arguments, and whether an answer keeps to it. Does no I/O. */
@CheckReturnValue
@NullMarked
package dev.fresnel.contract;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
