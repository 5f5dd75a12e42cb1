/**
 * Two built-in upstreams for trying the gateway without a key: they speak the chat API on a real socket, at the pace of a model, and
 * say in every answer that they are stand-ins. Used by the CLI and by tests; no feature knows them.
 */
@CheckReturnValue
@NullMarked
package dev.fresnel.demo;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
