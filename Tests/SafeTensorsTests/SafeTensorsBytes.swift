/// A safetensors file of the given header and so many bytes of values.
func safeTensorsFile(_ header: String, values: Int, headerLength: UInt64? = nil) -> [UInt8] {
  let text = Array(header.utf8)
  let length = headerLength ?? UInt64(text.count)
  return withUnsafeBytes(of: length.littleEndian) { Array($0) } + text + [UInt8](repeating: 1, count: values)
}

/// What a header says of one tensor.
func entry(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
  #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}"#
}
