/**
 * A darktable sidecar that switches negadoctor on with its default settings (parameters version 2: film stock,
 * Dmin, white balance high and low, D max, offset, black, gamma, soft clip, exposure), so that darktable-cli
 * does what a photographer would ask of it.
 */

/** The module's parameter block as darktable stores it: little-endian bytes in hexadecimal. */
export function negadoctorParams(): string {
  const bytes = Buffer.alloc(76);
  bytes.writeInt32LE(1, 0);
  const floats = [
    ...[1.13, 0.49, 0.27, 0],
    ...[1, 1, 1, 0],
    ...[1, 1, 1, 0],
    2.046,
    -0.05,
    0.0755,
    4,
    0.75,
    0.9245,
  ];
  floats.forEach((v, i) => bytes.writeFloatLE(v, 4 + 4 * i));
  return bytes.toString('hex');
}

export function darktableXmp(name: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
    xmlns:darktable="http://darktable.sf.net/" xmpMM:DerivedFrom="${name}" darktable:xmp_version="5"
    darktable:raw_params="0" darktable:auto_presets_applied="1" darktable:history_end="1"
    darktable:iop_order_version="2">
   <darktable:history>
    <rdf:Seq>
     <rdf:li darktable:num="0" darktable:operation="negadoctor" darktable:enabled="1"
      darktable:modversion="2" darktable:params="${negadoctorParams()}" darktable:multi_name=""
      darktable:multi_priority="0" darktable:blendop_version="11"
      darktable:blendop_params="gz14eJxjYGBgkGAAgRNODESDBnsIHll8ANNSGQM="/>
    </rdf:Seq>
   </darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
`;
}
