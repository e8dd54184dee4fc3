package io.portmapctl.cli;

import io.portmapctl.app.AddressSource;
import io.portmapctl.net.Cidr;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The options of where the host's addresses come from. */
final class HostOptions {
  private HostOptions() {}

  static void declare(CommandSpec spec) {
    spec.addOption(
        Options.many(
            "ADDRESS",
            "An address of the host whose ruleset it is, where that is not this one; repeatable.",
            "--local-address"));
    spec.addOption(
        Options.one(
            String.class,
            "FILE",
            "The host's interfaces and addresses: what `ip -j addr` printed there.",
            "--addresses"));
  }

  static AddressSource of(ParseResult given) {
    List<Cidr> local = new ArrayList<>();
    for (String text : Options.texts(given, "--local-address")) {
      local.add(
          Cidr.parse(text)
              .orElseThrow(
                  () ->
                      new ParameterException(
                          given.commandSpec().commandLine(),
                          "--local-address: found "
                              + Portmapctl.shown(text)
                              + ", expected an address, as 192.0.2.10 or 2001:db8::10")));
    }
    return new AddressSource(List.copyOf(local), Options.text(given, "--addresses"));
  }
}
