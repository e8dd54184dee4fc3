/**
 * Documents, command-line pieces and their validation; the only reader of JSON.
 *
 * <p>{@code SourceReader} opens files and folders, {@code DocumentReader} asks {@code
 * DocumentKinds} which kind a document is of, the kind finds the {@code Pieces} of an attachment
 * wherever it keeps them, and {@code AttachmentReader} checks them and puts them together. What is
 * wrong is said to the document's {@code Diagnostics}; whether something is there, absent or wrong
 * is a {@code Value}, and what became of the whole a {@code Read}.
 */
@NullMarked
package io.portmapctl.cni;

import org.jspecify.annotations.NullMarked;
