namespace AdClip.Vision.Graphs;

/// <summary>A run that needed more memory than the device had left; a smaller batch may fit.</summary>
internal sealed class OutOfDeviceMemoryException(string message, Exception inner) : Exception(message, inner);
