/** Guidance a smart model writes once: its shape, key, writing, shelf and rendering. Never rewrites a request. */
@CheckReturnValue
@NullMarked
package dev.fresnel.lens;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
