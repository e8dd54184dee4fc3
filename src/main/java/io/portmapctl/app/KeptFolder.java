package io.portmapctl.app;

import io.portmapctl.cni.Attachment;
import io.portmapctl.cni.Documents;
import io.portmapctl.cni.Identity;
import io.portmapctl.cni.Overrides;
import io.portmapctl.cni.SourceFiles;
import io.portmapctl.fault.HostFault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The folder of the documents that are kept, a file an attachment.
 *
 * @param path where it is
 * @param named whether somebody named it; else it need not be there
 * @param files where files are read
 */
public record KeptFolder(String path, boolean named, SourceFiles files) {
  /** Where they are kept, unless another folder is named. */
  public static final String PATH = "/etc/portmapctl/attachments.d";

  /** The usual one, or the one that is named. */
  public static KeptFolder of(Optional<String> named, SourceFiles files) {
    return new KeptFolder(named.orElse(PATH), named.isPresent(), files);
  }

  /**
   * What changes when a document is kept here; empty where it is kept already.
   *
   * @param who whose it is
   * @param content the document, as octets
   * @throws Failure where another's document has its name
   */
  public Optional<KeptDocument> keeping(Identity who, String content) throws Failure {
    String file = file(who);
    Optional<byte[]> there = content(file);
    if (there.isPresent() && octets(there.get()).equals(content)) {
      return Optional.empty();
    }
    if (there.isPresent()) {
      Optional<Identity> other = owner(file).filter(o -> !o.equals(who));
      if (other.isPresent()) {
        throw new Failure(
            Failure.Kind.HOST,
            "kept documents",
            new HostFault.KeptByAnother(file, other.get().network(), other.get().containerId()));
      }
    }
    return Optional.of(new KeptDocument(file, Optional.of(content)));
  }

  /** What changes when nothing of an attachment is kept here any more; empty where nothing is. */
  public Optional<KeptDocument> forgetting(Identity who) {
    if (!who.hasCniNames()) {
      return Optional.empty(); // nothing of that name was ever kept, and it may be a path
    }
    String file = file(who);
    boolean another =
        content(file).isEmpty() || owner(file).filter(o -> !o.equals(who)).isPresent();
    return another ? Optional.empty() : Optional.of(new KeptDocument(file, Optional.empty()));
  }

  /**
   * What is kept; nothing where no folder was named and the usual one is not there.
   *
   * @param need what of the documents is needed
   */
  Documents read(Overrides overrides, Documents.Need need) {
    return HostAttachments.folder(files, path, named, overrides, need);
  }

  private String file(Identity who) {
    return path + "/" + who.network() + "-" + who.containerId() + ".json";
  }

  private Optional<byte[]> content(String file) {
    try {
      Path there = Path.of(file);
      return files.isFile(there) ? Optional.of(files.read(there)) : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      return Optional.empty(); // whoever writes is told why
    }
  }

  /** Whose a document is: hyphens are in names too, so that two attachments can have one name. */
  private Optional<Identity> owner(String file) {
    Documents documents =
        Documents.read(
            files,
            List.of(file),
            InputStream.nullInputStream(),
            Overrides.pluginType("portmap"),
            Documents.Need.IDENTITY);
    return documents.attachments().stream().findFirst().map(Attachment::identity);
  }

  private static String octets(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
