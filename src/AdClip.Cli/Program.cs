Console.Error.WriteLine("adclip: no command given");
return 2;
