/** The OpenAI chat wire: a view over the original bytes, splicing, the SSE scanner, usage. Does no I/O. */
@CheckReturnValue
@NullMarked
package dev.fresnel.chat;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
