package org.isomorph.tensorfile;

import java.nio.charset.StandardCharsets;

/** What a file looks like by its first bytes: for saying what is wrong with it. */
enum FileKind {
  ZIP("a zip"),
  PICKLE("a pickle"),
  TAR("a tar"),
  EMPTY("an empty file; fetch it again"),
  POINTER("a pointer of Git LFS, not the file; fetch that with `git lfs pull`"),
  SAFETENSORS("safetensors; give it a name that ends in .safetensors"),
  GGUF("a GGUF file"),
  HDF5("an HDF5 file, as of Keras"),
  NUMPY("a NumPy array"),
  GZIP("something compressed; unpack it first"),
  PAGE("a page of HTML, perhaps one that says why the file was not sent; fetch it again"),
  JSON("JSON"),
  UNKNOWN("something else");

  /** How many of a file's first bytes tell. */
  static final int BYTES = 512;

  private static final int TAR_MAGIC = 257;

  private final String description;

  FileKind(String description) {
    this.description = description;
  }

  /** What a message says in place of what was expected. */
  String description() {
    return description;
  }

  static FileKind of(byte[] head) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (text.isEmpty()) return EMPTY;
    if (text.startsWith("PK\3\4")) return ZIP;
    if (text.startsWith("ustar", TAR_MAGIC)) return TAR;
    if (text.startsWith("version https://git-lfs")) return POINTER;
    if (text.startsWith("GGUF")) return GGUF;
    if (text.startsWith("\u0089HDF")) return HDF5;
    if (text.startsWith("\u0093NUMPY")) return NUMPY;
    if (text.startsWith("\u001f\u008b") || text.startsWith("7z") || text.startsWith("(\u00b5/"))
      return GZIP;
    if (text.charAt(0) == '\u0080' && text.length() > 1 && text.charAt(1) <= 5) return PICKLE;
    // The header's length, which is small, and the header.
    if (text.startsWith("\0\0\0{", 5)) return SAFETENSORS;
    String begin = text.stripLeading();
    if (begin.startsWith("<")) return PAGE;
    return begin.startsWith("{") ? JSON : UNKNOWN;
  }
}
